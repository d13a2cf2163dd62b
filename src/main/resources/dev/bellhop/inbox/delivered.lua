-- Notes for users, one after another, that a page of theirs has been sent everything up to some position.
-- KEYS, of each user in turn: inbox, marks; ARGV[2] and on: of each user the position
local function mark(key, to)
  open(KEYS[key], KEYS[key + 1], 'delivered')
  local delivered = known[6] or nil
  -- What lies after the end is of data that Redis has lost. It counts for nothing, or it would hide all that comes until then.
  local last = epoch and join(epoch, offset)
  if last and not is_after(to, last) and (not delivered or is_after(delivered, last) or is_after(to, delivered)) then
    redis.call('HSET', marks, 'delivered', to)
    redis.call('PEXPIRE', marks, lifetime)
  end
end

for i = 2, #ARGV do
  pcall(mark, 2 * i - 3, ARGV[i]) -- why: a user's keys of another type harm no other, and keeping their next message tells of it
end
return 1
