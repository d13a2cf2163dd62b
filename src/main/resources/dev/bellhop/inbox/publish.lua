-- Keeps messages for one user and announces each: all of them, in this order, or none.
-- KEYS[3] and on: keys that remember idempotency ids; the last one is the expiries, if ARGV[5] is 1
-- ARGV[2] where to announce, [3] most messages kept, [4] how long an id is remembered in ms, [5] 1 if any of them expires,
--   [6] the mark of where they come from: ingested (the ingest stream), ingested:<partition> or board:<name>, [7] up to where that is taken now, or ''; then for each
--   message four: which of KEYS remembers its idempotency id, or 0; id of its entry where it comes from, or ''; expiry in ms, or 0,
--   or '+' and how many ms from now; frame
-- Returns for each its position; '=' before it if it had been kept already; '-' if it has expired. Then, if an announcement was
-- refused, '!' and why.
--
-- Nothing here fails halfway. What may be refused comes first: reading fails on keys of another type, and the first XADD on a full
-- Redis or an inbox of another type; after it Redis refuses nothing of this script. Announcing comes last, as a refusal there must not
-- undo anything.
local channel, most, remember = ARGV[2], ARGV[3], ARGV[4]
local expiries = ARGV[5] == '1' and KEYS[#KEYS]
-- why XADD tells whether the stream is there: each call from here costs Redis about as much as what it does
local unseen = not expiries
find_end(unseen)

local size = expiries and redis.call('ZCARD', expiries) -- a key of another type fails here
local last_id_key = expiries and #KEYS - 1 or #KEYS
local places = remembered(3, last_id_key)

local source = ARGV[6]
local taken = asked or nil
local newest = taken
local result, announced, expiring = {}, {}, {}
local start, at = string.format('%.0f-', epoch), string.format('%.0f', now)
local is_new = false -- its expiry is not set yet
local function add(expires, frame)
  is_new = is_new or offset == 0
  -- why not <epoch>-*: Redis would begin with 0, which means none here
  local place = start .. (offset + 1)
  if expires then
    return redis.pcall('XADD', inbox, 'MAXLEN', most, place, 'frame', frame, 'at', at, 'expires', expires)
  elseif unseen then
    return redis.pcall('XADD', inbox, 'NOMKSTREAM', 'MAXLEN', most, place, 'frame', frame, 'at', at)
  end
  return redis.pcall('XADD', inbox, 'MAXLEN', most, place, 'frame', frame, 'at', at)
end

for i = 8, #ARGV, 4 do
  local id_key, entry, expires, frame = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  expires = expiry(expires, now)
  -- one node at a time reads the stream, in its order, and every node a board in its: what is not after the newest entry taken has
  -- been taken
  local is_taken = entry ~= '' and newest and not is_after(entry, newest)
  if entry ~= '' and not is_taken then
    newest = entry
  end
  local place = not_kept(is_taken, places[id_key], expires, now)
  if not place then
    local added = add(expires, frame)
    if not added then -- there is no stream
      unseen, is_new = false, true
      if not may_be_gone() then
        begin_epoch(known[3])
        start = string.format('%.0f-', epoch)
      end
      added = add(expires, frame)
    end
    if added.err and string.find(added.err, 'equal or smaller', 1, true) then
      catch_up()
      start = string.format('%.0f-', epoch)
      added = add(expires, frame)
    end
    if added.err then
      return added
    end
    place = added
    offset, count = offset + 1, count + 1
    if id_key > 0 then
      places[id_key] = place
      redis.call('SET', KEYS[id_key], place, 'PX', remember)
    end
    if expires then
      expiring[#expiring + 1] = expires
      expiring[#expiring + 1] = count
    end
    announced[#announced + 1] = 'm' .. place .. ' ' .. frame
  end
  result[#result + 1] = place
end

if ARGV[7] ~= '' and (not newest or is_after(ARGV[7], newest)) then
  newest = ARGV[7]
end
local changed = {}
if newest ~= taken then
  changed[1], changed[2] = source, newest
end
if #announced > 0 then
  local till = tonumber(known[4] or 0)
  is_new = is_new or till < now + retention or till > now + lifetime
  changed[#changed + 1] = 'last'
  changed[#changed + 1] = start .. offset
  if is_new then
    till = now + lifetime
    changed[#changed + 1] = 'until'
    changed[#changed + 1] = string.format('%.0f', till)
    redis.call('PEXPIREAT', inbox, string.format('%.0f', till))
  end
  redis.call('HSET', marks, unpack(changed))
  kept = nil -- another number now
  drop_old()
  if #expiring > 0 then
    size = size + redis.call('ZADD', expiries, unpack(expiring))
    redis.call('PEXPIREAT', expiries, string.format('%.0f', till))
    -- why some at a time: what the inbox has trimmed is to leave here too, but lies in another order
    if size > holds() then
      local rank = count * 8 % size
      for _, n in ipairs(redis.call('ZRANGE', expiries, rank, rank + 4 * #expiring)) do
        if tonumber(n) <= count - holds() then
          redis.call('ZREM', expiries, n)
        end
      end
    end
  end
elseif #changed > 0 then
  redis.call('HSET', marks, unpack(changed))
end
if is_new or #announced == 0 then
  redis.call('PEXPIRE', marks, lifetime)
end
announce(channel, announced, result)
return result
