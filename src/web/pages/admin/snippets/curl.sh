API='{api}'
curl -G "$API?activate" --data-urlencode "key=$KEY"{identifier}
# {"response":"OKAY","usage_id":1}
curl -G "$API?check" --data-urlencode "key=$KEY"{identifier} -d usage_id=1
# {"status":"ACTIVE","uses":1,"max_uses":3}
curl '{updates}'
