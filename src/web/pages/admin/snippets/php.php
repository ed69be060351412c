const API = '{api}';

function call(string $action, array $parameters): array
{
    $all = stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 10]]);
    $answer = file_get_contents(API . "?$action&" . http_build_query($parameters), false, $all);
    return json_decode($answer, true); // what is refused has errorCode and errorMessage
}

$usage = call('activate', ['key' => $key{identifier}])['usage_id'];
$status = call('check', ['key' => $key{identifier}, 'usage_id' => $usage])['status'];
$newest = json_decode(file_get_contents('{updates}'), true);
