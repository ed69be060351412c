<?php
/* A client of keywright in one file: PHP 8.1 or newer with its own streams; no curl, no Composer.
 *
 * Copy it beside your application:
 *
 *     require 'keywright.php';
 *     $shop = new Keywright\Client('https://shop.example');
 *     $usageId = $shop->activate($key, $email)->usage_id;      // once; keep it
 *     try {                                                    // at each start
 *         $shop->check($key, $usageId, $email);
 *         $settings->lastGood = time();
 *     } catch (Keywright\LicenceError $e) {                    // the server said no
 *         lock("This licence is not valid ({$e->getCode()} {$e->name}).");
 *     } catch (Keywright\Unavailable) {                        // no verdict: the network may just be down
 *         if (time() - $settings->lastGood > 30 * 86400) lock('The licence could not be checked for a month.');
 *     }
 */

declare(strict_types=1);

namespace Keywright;

const API = '/applications/softwaremarketplace/interface/licenses/index.php';

/** The server's refusal: getCode() is a code such as 1201, and the name is MAX_USES. */
final class LicenceError extends \RuntimeException
{
    public function __construct(int $code, public readonly string $name)
    {
        parent::__construct("$code $name", $code);
    }
}

/** No verdict: the network, a time-out, a stranger's answer, or a server that is busy (1903, 1905). */
final class Unavailable extends \RuntimeException
{
}

final class Client
{
    /** $timeout is in seconds, for connecting and for each wait on the answer. */
    public function __construct(private string $baseUrl, private float $timeout = 10)
    {
        $this->baseUrl = rtrim($baseUrl, '/');
    }

    /** Takes a use. Every try carries the same nonce, so an answer that got lost takes no second use; to go on trying
     *  in a later request, keep a nonce of your own until there is an answer. */
    public function activate(string $key, ?string $identifier = null, ?string $nonce = null): object
    {
        $params = ['key' => $key, 'identifier' => $identifier, 'setIdentifier' => $identifier === null ? null : '1'];
        $params['nonce'] = $nonce ?? bin2hex(random_bytes(16));
        for ($left = 2;; $left--) {
            try {
                return $this->call('activate', 'usage_id', $params);
            } catch (Unavailable $e) {
                $left > 0 ? sleep(1) : throw $e;
            }
        }
    }

    public function check(string $key, int|string $usageId, ?string $identifier = null): object
    {
        return $this->call('check', 'status', ['key' => $key, 'usage_id' => $usageId, 'identifier' => $identifier]);
    }

    public function info(string $key, ?string $identifier = null): object
    {
        return $this->call('info', 'key', ['key' => $key, 'identifier' => $identifier]);
    }

    /** Keeps a value of yours, at most 4 KiB of JSON, with this use; info() shows it. */
    public function updateExtra(string $key, int|string $usageId, mixed $extra, ?string $identifier = null): object
    {
        $params = ['key' => $key, 'usage_id' => $usageId, 'extra' => json_encode($extra, JSON_THROW_ON_ERROR)];
        return $this->call('updateExtra', 'status', $params + ['identifier' => $identifier]);
    }

    /** The newest release, if its longversion is above the installed one; else null. */
    public function update(int|string $productId, int|string $installed): ?object
    {
        if (!ctype_digit((string) $installed)) {
            throw new \ValueError('the installed longversion must be a whole number');
        }
        $answer = $this->send('/software/updatecheck/' . rawurlencode((string) $productId), [], 'longversion');
        return $answer !== null && $answer->longversion > (int) $installed ? $answer : null;
    }

    /** By POST, so that keys stay out of the logs of proxies. */
    private function call(string $action, string $field, array $params): object
    {
        $header = 'Content-Type: application/x-www-form-urlencoded';
        $options = ['method' => 'POST', 'header' => $header, 'content' => http_build_query($params)];
        return $this->send(API . "?$action", $options, $field);
    }

    private function send(string $path, array $options, string $field): ?object
    {
        // A redirected POST would lose its parameters on the way and be refused for that.
        $options += ['timeout' => $this->timeout, 'ignore_errors' => true, 'follow_location' => 0];
        error_clear_last();
        $stream = @fopen($this->baseUrl . $path, 'r', false, stream_context_create(['http' => $options]));
        if ($stream === false) {
            throw new Unavailable(preg_replace('/^.*: /', '', error_get_last()['message'] ?? 'no connection'));
        }
        $status = (int) (explode(' ', stream_get_meta_data($stream)['wrapper_data'][0])[1] ?? 0);
        $answer = json_decode((string) stream_get_contents($stream));
        fclose($stream);
        $code = $answer->errorCode ?? null;
        if ($status === 200 && isset($answer->$field)) {
            return $answer;
        }
        if ($status === 404 && isset($answer->error) && $field === 'longversion') {
            return null; // nothing is published yet
        }
        if (is_int($code) && $code !== 1903 && $code !== 1905) {
            throw new LicenceError($code, (string) ($answer->errorMessage ?? ''));
        }
        throw new Unavailable($code ? "$code $answer->errorMessage" : "HTTP $status without a licence answer");
    }
}

/** Exit code 0: the answer is printed; 1: refused; 2: no verdict; 64: wrong arguments. */
function main(array $args): int
{
    $verbs = ['activate' => [1, 2], 'check' => [2, 3], 'info' => [1, 2], 'update-extra' => [3, 4], 'update' => [2, 2]];
    $rest = array_slice($args, 2);
    [$least, $most] = $verbs[$args[1] ?? ''] ?? [1, 0];
    if (count($rest) < $least || count($rest) > $most) {
        fwrite(STDERR, 'usage: keywright.php BASE_URL activate KEY [IDENTIFIER] | check KEY USAGE_ID [IDENTIFIER]'
            . ' | info KEY [IDENTIFIER] | update-extra KEY USAGE_ID JSON [IDENTIFIER]'
            . " | update PRODUCT_ID INSTALLED_LONGVERSION\n");
        return 64;
    }
    try {
        if ($args[1] === 'update-extra') {
            $rest[2] = json_decode($rest[2], false, 64, JSON_THROW_ON_ERROR);
        }
        $verb = $args[1] === 'update-extra' ? 'updateExtra' : $args[1];
        $answer = (new Client($args[0], (float) (getenv('KEYWRIGHT_TIMEOUT') ?: 10)))->$verb(...$rest);
    } catch (LicenceError $e) {
        fwrite(STDERR, $e->getMessage() . "\n");
        return 1;
    } catch (Unavailable $e) {
        fwrite(STDERR, 'no verdict: ' . trim($e->getMessage()) . "\n");
        return 2;
    } catch (\JsonException | \ValueError $e) {
        fwrite(STDERR, $e->getMessage() . "\n");
        return 64;
    }
    if ($answer === null) {
        fwrite(STDERR, "up to date\n");
    } else {
        echo json_encode($answer, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
    }
    return 0;
}

if (PHP_SAPI === 'cli' && realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    exit(main(array_slice($argv, 1)));
}
