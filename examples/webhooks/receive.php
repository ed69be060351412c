<?php
// Takes webhooks of keywright, whichever format they have, and writes the events that are genuine to its log.
//
//     KEYWRIGHT_WEBHOOK_SECRET=whsec_... php -S 127.0.0.1:PORT receive.php
declare(strict_types=1);

const TOLERANCE = 300; // seconds that a timestamp may be off

/** Whether these headers (names in lower case) sign this body under this secret. */
function is_genuine(array $headers, string $body, string $secret): bool
{
    $given = [];
    if (isset($headers['webhook-signature'])) { // Standard Webhooks
        $event = $headers['webhook-id'] ?? '';
        $sent_at = $headers['webhook-timestamp'] ?? '';
        if (!ctype_digit($sent_at) || abs(time() - (int) $sent_at) > TOLERANCE) {
            return false;
        }
        $key = base64_decode(substr($secret, strlen('whsec_')));
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$event.$sent_at.$body", $key, true));
        $given = explode(' ', $headers['webhook-signature']);
    } else {
        $expected = hash_hmac('sha256', $body, $secret);
        foreach (['x-webhook-signature', 'x-webhook-signature-previous'] as $name) {
            $given[] = $headers[$name] ?? '';
        }
    }
    foreach ($given as $one) {
        if (hash_equals($expected, $one)) {
            return true;
        }
    }
    return false;
}

$headers = array_change_key_case(getallheaders(), CASE_LOWER);
$body = (string) file_get_contents('php://input');
if (!is_genuine($headers, $body, (string) getenv('KEYWRIGHT_WEBHOOK_SECRET'))) {
    http_response_code(401);
    return;
}
// The same event may come twice: a real receiver keeps the ids it has seen with what the events changed.
$event = json_decode($body, true, 64, JSON_THROW_ON_ERROR);
error_log($event['event'] . ' ' . json_encode($event['data']));
http_response_code(204);
