-- What cancel and move begin with: finds a scheduled message by its id.
-- KEYS[1] scheduled (zset), KEYS[2] what is known of this id; ARGV[1] score and [2] SHA-1 of a message that was not
-- scheduled through the API and has no id of its own, or '' and ''.
-- Leaves the message in `message`, or nil; `known` tells a message that has left the zset from one that was never there.
local message, known = nil, false
if ARGV[1] == '' then
  message = redis.call('GET', KEYS[2])
  known = message and true
  if message and not redis.call('ZSCORE', KEYS[1], message) then
    message = nil
  end
else
  local rank = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[1])
  local last = rank + redis.call('ZCOUNT', KEYS[1], ARGV[1], ARGV[1]) - 1
  while not message and rank <= last do -- some at a time: there may be very many of one due time
    for _, candidate in ipairs(redis.call('ZRANGE', KEYS[1], rank, math.min(rank + 9, last))) do
      if redis.sha1hex(candidate) == ARGV[2] then
        message = candidate
        break
      end
    end
    rank = rank + 10
  end
end
if not message then
  return known and { 'sent' } or { 'missing' }
end
