-- Takes entries out of the ingest stream that cannot be used, and keeps something of each.
-- KEYS[1] ingest stream, KEYS[2] rejected; ARGV[1] most kept in the list, then for each entry: id, what to keep of it: a JSON object
-- without its opening brace
redis.call('LLEN', KEYS[2]) -- a key of another type fails here, when nothing has been written yet
local time = redis.call('TIME')
local at = string.format('{"at":%.0f,', time[1] * 1000 + math.floor(time[2] / 1000))
for i = 2, #ARGV, 2 do
  if redis.call('XDEL', KEYS[1], ARGV[i]) == 1 then
    redis.call('LPUSH', KEYS[2], at .. ARGV[i + 1])
  end
end
redis.call('LTRIM', KEYS[2], 0, ARGV[1] - 1)
return 1
