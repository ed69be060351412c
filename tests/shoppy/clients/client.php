<?php
// A program of a seller, as it was written for the old service: looks at `status` and `error`, and reads the fields that the contract names.
[, $base, $key] = $argv;

function call(string $method, string $path, ?array $body = null): array
{
    global $base, $key;
    $http = ['method' => $method, 'header' => "Authorization: $key\r\n", 'ignore_errors' => true];
    if ($body !== null) {
        $http['content'] = json_encode($body);
        $http['header'] .= "Content-Type: application/x-www-form-urlencoded\r\n";
    }
    return json_decode(file_get_contents($base . $path, false, stream_context_create(['http' => $http])), true, 512, JSON_THROW_ON_ERROR);
}

function check(bool $is_so, string $what): void
{
    if (!$is_so) {
        fwrite(STDERR, "$what\n");
        exit(1);
    }
}

$orders = call('GET', '/1.0/orders');
foreach ($orders as $order) {
    check(is_int($order['order_id']) && is_string($order['invoice_id']), 'ids');
    check(array_key_exists('pay_id', $order) && is_array($order['custom_fields']), 'answers');
    check(preg_match('/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/', $order['created_at']) === 1, 'time');
    $later = call('GET', '/v1/orders/' . $order['invoice_id']);
    check(empty($later['status']) && $later['id'] === $order['invoice_id'], 'an order has no status');
    check(($later['paid_at'] !== null) === ($order['paid_at'] !== null), 'paid');
}
$made = call('POST', '/v1/pay', ['product' => ['title' => 'Renewal', 'price' => 3, 'currency' => 'EUR', 'webhook_urls' => []]]);
check($made['status'] === true && $made['details']['urls']['payment']['url'] === $made['url'], 'pay');
check(call('DELETE', '/v1/pay/' . $made['id']) === ['status' => true], 'taken back');
$wrong = call('POST', '/1.0/pay', ['title' => 'T']);
check($wrong['status'] === false && !isset($wrong['error']) && is_array($wrong['errors']['value']), 'what is wrong');
// cURL sends an array in parts, not as a plain form.
function form(string $method, string $path, array $fields): array
{
    global $base, $key;
    $curl = curl_init($base . $path);
    curl_setopt_array($curl, [CURLOPT_CUSTOMREQUEST => $method, CURLOPT_POSTFIELDS => $fields, CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HTTPHEADER => ["Authorization: $key"]]);
    return json_decode(curl_exec($curl), true, 512, JSON_THROW_ON_ERROR);
}

$made = form('PUT', '/v1/products/', ['title' => 'In parts', 'price' => '4.50', 'type' => 'account', 'accounts[0]' => 'a:1', 'accounts[1]' => 'b:2',
    'quantity[min]' => 1]);
check($made['status'] === true && $made['resource']['stock'] === 2, 'a product by a form in parts: ' . json_encode($made));
$told = form('PUT', '/v1/products/', ['title' => 'With a file', 'price' => '1', 'type' => 'service', 'image' => new CURLStringFile('x', 'a.jpg')]);
check($told['status'] === false && str_contains(json_encode($told), 'file'), 'no file: ' . json_encode($told));
$none = call('GET', '/1.0/queries/5a4a7fbcca586');
check($none['status'] === false && $none['error']['code'] === 404, 'nothing there');
echo 'all of it is read ', count($orders), "\n";
