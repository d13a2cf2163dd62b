-- Takes entries out of the ingest stream that are in their inboxes, or are put into the list of what was rejected.
-- KEYS[1] ingest stream, KEYS[2] rejected; ARGV[1] most kept in the list, then for each entry: id, what to keep of it or ''
for i = 2, #ARGV, 2 do
  redis.call('XACK', KEYS[1], 'bellhop', ARGV[i])
  local there = redis.call('XDEL', KEYS[1], ARGV[i]) == 1
  if there and ARGV[i + 1] ~= '' then
    redis.call('LPUSH', KEYS[2], ARGV[i + 1])
  end
end
redis.call('LTRIM', KEYS[2], 0, ARGV[1] - 1)
return 1
