-- A page of what is scheduled, by due time. KEYS[1] scheduled (zset); ARGV[1] most, [6] about the most bytes: the one that reaches it is the last; then of the last one seen, or '' each:
-- [2] score, [3] how many of the same score lay before it, [4] SHA-1, [5] how it begins. If the last one seen lies in another zset: [4] and [5] '',
-- and [3] behind or before: where to go on among those of the same score
-- Returns how many of the first one's score lie before it, 1 if the page ends early because of its bytes (else 0); then message, score, SHA-1
-- of each.
local LONGEST = 17825792 -- more than any message may have: what is longer is cut, and no message
local function at(rank)
  return redis.call('ZRANGE', KEYS[1], rank, rank)[1]
end

-- why not Lua's own <: it goes by the locale, Redis by bytes
local function is_before(text, start)
  for i = 1, #start do
    local a, b = string.byte(text, i), string.byte(start, i)
    if a ~= b then
      return not a or a < b
    end
  end
  return false
end

local first, from, to = 0, 0, 0
if ARGV[2] ~= '' and ARGV[4] == '' then
  local before = ARGV[3] == 'before'
  first = redis.call('ZCOUNT', KEYS[1], '-inf', (before and '(' or '') .. ARGV[2])
elseif ARGV[2] ~= '' then
  local score, digest, start = ARGV[2], ARGV[4], ARGV[5]
  from = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. score)
  to = from + redis.call('ZCOUNT', KEYS[1], score, score)
  local rank = from + ARGV[3]
  if rank < to and redis.sha1hex(at(rank)) == digest then
    first = rank + 1
  else
    -- others have come or gone: find what begins so, and among that go on behind the last one seen; if that has gone too, take
    -- all that begins so: rather twice than not at all
    local low, high = from, to
    while low < high do
      local middle = math.floor((low + high) / 2)
      if is_before(at(middle), start) then
        low = middle + 1
      else
        high = middle
      end
    end
    first, rank = low, low
    while rank < to do
      local message = at(rank)
      if string.sub(message, 1, #start) ~= start then
        break
      end
      rank = rank + 1
      if redis.sha1hex(message) == digest then
        first = rank
        break
      end
    end
  end
end

local result, count, bytes, most = { first < to and first - from or 0, 0 }, 0, 0, tonumber(ARGV[1])
-- why some at a time: of large messages few fit into the answer, and the rest would be read in vain
repeat
  local asked = math.min(10, most - count)
  local some = redis.call('ZRANGE', KEYS[1], first + count, first + count + asked - 1, 'WITHSCORES')
  for i = 1, #some, 2 do
    if bytes >= tonumber(ARGV[6]) then
      result[2] = 1
      break
    end
    local message = #some[i] > LONGEST and string.sub(some[i], 1, LONGEST) or some[i]
    count, bytes = count + 1, bytes + #message
    result[#result + 1] = message
    result[#result + 1] = some[i + 1]
    result[#result + 1] = redis.sha1hex(some[i])
  end
until result[2] == 1 or count == most or #some < 2 * asked
return result
