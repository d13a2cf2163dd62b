-- A page has sent something to the application. Returns the entry's id.
-- KEYS[1] the stream; [2] how it has grown: a hash of "total" (bytes ever written), and of marks, numbered from "first" to
-- "last", each "<an entry's id> <bytes written before it>", oldest first. Both keys share one slot.
-- ARGV[1] most entries, about; [2] most bytes; [3] bytes of the largest entry; [4] msg_type; [5] from_user_id; [6] data; [7] node
local stream, growth = KEYS[1], KEYS[2]
local most = tonumber(ARGV[2])
local size = 100 + #ARGV[4] + #ARGV[5] + #ARGV[6] + #ARGV[7]

local known = redis.call('HMGET', growth, 'total', 'first', 'last')
local total, first, last = tonumber(known[1] or 0), tonumber(known[2] or 1), tonumber(known[3] or 0)

local function mark(number)
  local id, before = string.match(redis.call('HGET', growth, number), '^(%S+) (%d+)$')
  return id, tonumber(before)
end

-- what is older than the oldest mark is gone; so the stream holds at most what was written since
local from
while first <= last do
  local id, before = mark(first)
  if total + size - before <= most then
    from = from and id
    break
  end
  redis.call('HDEL', growth, first)
  first = first + 1
  from = id
end
-- why: whoever reads may have removed most of it, and what is left is not to be lost for what they removed
if from and redis.call('XLEN', stream) * tonumber(ARGV[3]) <= most then
  from = nil
end

local time = redis.call('TIME')
local at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local bound = from and {'MINID', '=', from} or {'MAXLEN', '~', ARGV[1]}
local entry = redis.call('XADD', stream, bound[1], bound[2], bound[3], '*',
  'msg_type', ARGV[4], 'from_user_id', ARGV[5], 'data', ARGV[6], 'at', at, 'node', ARGV[7])

local apart = last >= first and select(2, mark(last))
if not apart or total - apart >= most / 64 then
  last = last + 1
  redis.call('HSET', growth, last, entry .. ' ' .. string.format('%.0f', total))
end
redis.call('HSET', growth, 'total', string.format('%.0f', total + size), 'first', first, 'last', last)
return entry
