<?php
// Reads orders and products, marks an order as sent, makes a coupon by a form: what a shop's own script does.

[, $base, $key, $order, $product, $category] = $argv;

function call(string $method, string $path, ?string $body = null, string $type = 'application/json'): array
{
    global $base, $key;
    $http = ['method' => $method, 'header' => "X-API-KEY: $key\r\n", 'ignore_errors' => true];
    if ($body !== null) {
        $http['header'] .= "Content-Type: $type\r\n";
        $http['content'] = $body;
    }
    $text = file_get_contents($base . $path, false, stream_context_create(['http' => $http]));
    return [(int) explode(' ', $http_response_header[0])[1], json_decode($text, true)];
}

function holds(bool $so, string $what): void
{
    if (!$so) {
        fwrite(STDERR, "it does not hold: $what\n");
        exit(1);
    }
}

[, $orders] = call('GET', '/order/?status_alias=waiting_confirmation');
foreach ($orders as $place => $one) {
    if ($place === 'paging') {
        continue;
    }
    holds($one['id'] === (int) $order, 'the order is there');
    holds($one['payment']['data']['entity'] === 88888, 'its payment');
    holds($one['client']['billing']['city'] === 'Cidade', 'its address');
    holds($one['products'][0]['subtotal'] === 85.59324, 'its lines');
}
[$status, $sent] = call('PUT', "/order/$order", http_build_query(['paid' => 'true', 'status_alias' => 'sent']), 'application/x-www-form-urlencoded');
holds($status === 200 && $sent['paid'] === true && $sent['status_description'] === 'Sent', 'it is sent');
[, $one] = call('GET', "/product/$product");
holds(count($one['options']) === 4 && $one['options'][0]['stock'] === 98, 'the options');
holds($one['images']['3']['full'] !== '', 'the pictures');
[, $shelf] = call('GET', "/category/$category");
holds($shelf['parent'] === 0, 'the category');
[$status, $coupons] = call('POST', '/coupon/', http_build_query(['code' => 'php', 'limit' => 5, 'value' => 10, 'type' => 'percent',
    'applies_to' => 'category', 'category' => 'cozinha']), 'application/x-www-form-urlencoded');
holds($status === 201 && $coupons[0]['category'] === (int) $category, 'the coupon');
holds(call('DELETE', '/coupon/' . $coupons[0]['id'])[0] === 204, 'it is gone');
holds(call('DELETE', '/coupon/' . $coupons[0]['id']) === [404, ['message' => 'Not found.']], 'it is gone twice');
holds(call('DELETE', "/order/$order") === [204, null], 'the order is deleted');
echo "all of the contract holds\n";
