-- KEYS[1] a stream of what nodes count. ARGV[1] how long it reaches back, in ms.
local history = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local since = now - ARGV[1]
