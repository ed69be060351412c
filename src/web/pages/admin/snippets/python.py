import json, urllib.error, urllib.parse, urllib.request

API = "{api}"

def call(action, **parameters):
    address = f"{API}?{action}&{urllib.parse.urlencode(parameters)}"
    try:
        return json.load(urllib.request.urlopen(address, timeout=10))
    except urllib.error.HTTPError as refused:
        return json.load(refused)  # has errorCode and errorMessage

usage_id = call("activate", key=key{identifier})["usage_id"]
status = call("check", key=key{identifier}, usage_id=usage_id)["status"]
newest = json.load(urllib.request.urlopen("{updates}"))
