-- The newest rejected messages. KEYS[1] rejected (list); ARGV[1] most; [2] about the most bytes: the one that reaches it is the last;
-- [3] the most bytes of one: of a longer one, which is none of Bellhop's, only so many are returned
-- Returns 1 if there may be more (else 0); then each.
local most, limit, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local result, count, bytes = { 0 }, 0, 0
repeat
  local asked = math.min(10, most - count)
  local some = redis.call('LRANGE', KEYS[1], count, count + asked - 1)
  for _, entry in ipairs(some) do
    if result[1] == 0 then
      entry = string.sub(entry, 1, longest)
      result[#result + 1] = entry
      count, bytes = count + 1, bytes + #entry
      result[1] = (count == most or bytes >= limit) and 1 or 0
    end
  end
until result[1] == 1 or #some < asked
return result
