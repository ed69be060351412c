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

// cURL sends an array in parts, not as a plain form.
function form(string $method, string $path, array $fields): array
{
    global $base, $key;
    $curl = curl_init($base . $path);
    curl_setopt_array($curl, [CURLOPT_CUSTOMREQUEST => $method, CURLOPT_POSTFIELDS => $fields, CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HTTPHEADER => ["X-API-KEY: $key"]]);
    $text = curl_exec($curl);
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), json_decode($text, true)];
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
[$status, $cup] = form('POST', '/product', ['title' => 'Cup & saucer', 'price' => '7.50', 'stock[stock_qty]' => 3, 'description' => "Two\nlines",
    'images[0]' => 'https://a.example/1.jpg', 'options[0][values][Size]' => 'S', 'options[1][values][Size]' => 'M', 'options[1][price]' => 9]);
holds($status === 201 && $cup['title'] === 'Cup & saucer' && $cup['price'] === 7.5, 'a product by a form in parts');
holds(array_column($cup['options'], 'title') === ['S', 'M'] && $cup['options'][1]['price'] === 9, 'its options');
[$status, $changed] = form('PUT', '/product/' . $cup['id'], ['title' => str_repeat('long ', 30), 'description' => str_repeat('x', 20000)]);
holds($status === 200 && $changed['title'] === trim(str_repeat('long ', 30)), 'it is changed');
[$status, $small] = form('PUT', '/product/' . $cup['id'] . '/option/' . $cup['options'][0]['id'], ['price' => '6', 'stock' => '2']);
holds($status === 200 && $small['price'] === 6 && $small['stock'] === 2, 'an option is changed');
holds(form('POST', '/product', ['title' => 'A', 'price' => 1, 'image' => new CURLStringFile('x', 'a.jpg')])[0] === 400, 'no file');
echo "all of the contract holds\n";
