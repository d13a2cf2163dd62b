-- Keeps messages for one user and announces each: all of them, in this order, or none.
-- KEYS[3] and on: keys that remember idempotency ids; the last one is the expiries, if ARGV[5] is 1
-- ARGV[2] channel, [3] most messages kept, [4] how long an id is remembered in ms, [5] 1 if any of them expires,
--   [6] the mark of where they come from: ingested (the ingest stream) or board:<name>, [7] up to where that is taken now, or ''; then for each
--   message four: which of KEYS remembers its idempotency id, or 0; id of its entry where it comes from, or ''; expiry in ms, or 0,
--   or '+' and how many ms from now; frame
-- Returns for each its position; '=' before it if it had been kept already; '-' if it has expired. Then, if an announcement was
-- refused, '!' and why.
--
-- Nothing here fails halfway. What may be refused comes first: reading fails on keys of another type, and the first XADD on a full
-- Redis; after it Redis refuses nothing of this script. Announcing comes last, as a refusal there must not undo anything.
local channel, most, remember = ARGV[2], ARGV[3], ARGV[4]
find_end()

local expiries = ARGV[5] == '1' and KEYS[#KEYS]
local size = expiries and redis.call('ZCARD', expiries) -- a key of another type fails here
local last_id_key = expiries and #KEYS - 1 or #KEYS
local places = remembered(3, last_id_key)

local source = ARGV[6]
local taken = source == 'ingested' and ingested or source ~= 'ingested' and redis.call('HGET', marks, source) or nil
local newest = taken
local result, announced, expiring = {}, {}, {}
local start, at = string.format('%.0f-', epoch), string.format('%.0f', now)
local function add(place, expires, frame)
  if expires then
    return redis.pcall('XADD', inbox, 'MAXLEN', most, place, 'frame', frame, 'at', at, 'expires', expires)
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
    -- why not <epoch>-*: Redis would begin with 0, which means none here
    place = start .. (offset + 1)
    local added = add(place, expires, frame)
    if added.err and string.find(added.err, 'equal or smaller', 1, true) then
      catch_up()
      start = string.format('%.0f-', epoch)
      place = start .. (offset + 1)
      added = add(place, expires, frame)
    end
    if added.err then
      return added
    end
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
if newest ~= taken then
  redis.call('HSET', marks, source, newest)
end
if #announced > 0 then
  local till = string.format('%.0f', now + retention)
  redis.call('HSET', marks, 'last', start .. offset, 'until', till)
  kept = redis.call('XLEN', inbox)
  drop_old()
  redis.call('PEXPIREAT', inbox, till)
  if #expiring > 0 then
    size = size + redis.call('ZADD', expiries, unpack(expiring))
    redis.call('PEXPIREAT', expiries, till)
    -- why some at a time: what the inbox has trimmed is to leave here too, but lies in another order
    if size > kept then
      local rank = count * 8 % size
      for _, n in ipairs(redis.call('ZRANGE', expiries, rank, rank + 4 * #expiring)) do
        if tonumber(n) <= count - kept then
          redis.call('ZREM', expiries, n)
        end
      end
    end
  end
end
redis.call('PEXPIRE', marks, retention)
announce(channel, announced, result)
return result
