<?php
// Verifies a webhook: by the bytes that came, and by what JSON's reader and writer make of them.
[, $secret, $signature] = $argv;
$body = file_get_contents('php://stdin');
$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS;
foreach ([$body, json_encode(json_decode($body), $flags)] as $told) {
    if (!hash_equals(hash_hmac('sha512', $told, $secret), $signature)) {
        fwrite(STDERR, $told);
        exit(1);
    }
}
echo "verified\n";
