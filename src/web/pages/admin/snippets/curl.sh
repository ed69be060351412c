API='{api}'
curl "$API?activate&key=$KEY{identifier}"
# {"response":"OKAY","usage_id":1}
curl "$API?check&key=$KEY{identifier}&usage_id=1"
# {"status":"ACTIVE","uses":1,"max_uses":3}
curl '{updates}'
