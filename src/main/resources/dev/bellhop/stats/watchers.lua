-- KEYS[1] a zset of users, each with the time (ms) until which they watch.
local watchers = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
