-- How many messages are unread, at a cost that does not grow with the inbox.
-- KEYS[3] expiries (zset) of the numbers of messages with an expiry: by that time while it is to come, and once it has come by
-- the number itself. Times are above 10^12, numbers below. Not given where it is known that there is none.
local expiries = KEYS[3]
local expiring = expiries and redis.call('ZCARD', expiries) or 0 -- a key of another type fails here, when nothing has been written yet
local NUMBERS, TIMES = '(1000000000000', '1000000000000'
local SETTLED_AT_ONCE = 200

-- Up to which number messages are read, or no longer there.
local function seen()
  return math.max(read_n or (read and number_at(read)) or 0, count - holds())
end

-- Takes in what has expired since the last look.
-- Returns how many of these no page of the user had been sent, nor the user read: each message is counted once.
local function settle()
  if expiring == 0 then
    return 0
  end
  local gone = seen()
  redis.call('ZREMRANGEBYSCORE', expiries, '-inf', gone)
  local over = redis.call('ZRANGEBYSCORE', expiries, TIMES, now, 'LIMIT', 0, SETTLED_AT_ONCE)
  if #over == 0 then
    return 0
  end
  local sent = delivered and number_at(delivered) or 0
  local expired = 0
  for _, n in ipairs(over) do
    if tonumber(n) > gone then
      redis.call('ZADD', expiries, n, n)
    else
      redis.call('ZREM', expiries, n)
    end
    if tonumber(n) > math.max(sent, gone) then
      expired = expired + 1
    end
  end
  return expired
end

-- How many messages lie after the read mark and have not expired.
local function unread()
  local gone = seen()
  if expiring == 0 or gone >= count then
    return math.max(0, count - gone)
  end
  return count - gone - redis.call('ZCOUNT', expiries, '(' .. gone, NUMBERS) - redis.call('ZCOUNT', expiries, TIMES, now)
end
