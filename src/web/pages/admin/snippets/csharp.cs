using System.Net.Http;
using System.Text.Json;

var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
const string Api = "{api}";

async Task<JsonElement> Call(string action, string rest) {
    var answer = await http.GetAsync($"{Api}?{action}&{rest}");
    return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement; // or errorCode, errorMessage
}

var who = $"key={Uri.EscapeDataString(key)}{identifier}";
var usage = (await Call("activate", who)).GetProperty("usage_id").GetInt64();
var status = (await Call("check", $"{who}&usage_id={usage}")).GetProperty("status").GetString();
var newest = JsonDocument.Parse(await http.GetStringAsync("{updates}")).RootElement;
