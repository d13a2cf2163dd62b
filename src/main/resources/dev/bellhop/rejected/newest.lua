-- The newest rejected messages; after some.lua. KEYS[1] rejected (list); ARGV[1] most; [2] about the most bytes: the one that reaches it is the last;
-- [3] the most bytes of one: of a longer one, which is none of Bellhop's, only so many are returned
-- Returns 1 if there may be more (else 0); then each.
local longest, result = tonumber(ARGV[3]), { 0 }

local function read(asked)
  return redis.call('LRANGE', KEYS[1], #result - 1, #result + asked - 2)
end

local function take(entry)
  result[#result + 1] = string.sub(entry, 1, longest)
  return #result[#result]
end

result[1] = take_some(tonumber(ARGV[1]), tonumber(ARGV[2]), read, take) and 1 or 0
return result
