-- The next entries of an ingest stream in which some may be far too large: KEYS[1].
-- ARGV[1] the entry after which they come, [2] most entries, [3] most bytes of a message: of a longer one only so many are returned.
-- Returns three for each entry: id, message, from when its ttl counts ('' if it does not say).
local longest = tonumber(ARGV[3])
local result = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
  local message, ttl_from = '', ''
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'message' then
      message = entry[2][i + 1]
    elseif entry[2][i] == 'ttl_from' then
      ttl_from = string.sub(entry[2][i + 1], 1, 20)
    end
  end
  result[#result + 1] = entry[1]
  result[#result + 1] = string.sub(message, 1, longest)
  result[#result + 1] = ttl_from
end
return result
