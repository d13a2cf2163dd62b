-- Keeps messages for users, one after another: for each user all, in their order, or none; and announces each. What fails for one user
-- holds up no other. All keys lie in one slot, or Redis is no cluster.
-- KEYS, of each user in turn: inbox; marks; keys that remember idempotency ids; last the expiries, if one of the messages expires
-- ARGV[1] retention in ms, [2] most messages kept, [3] how long an id is remembered in ms, [4] how to announce: PUBLISH, or on a cluster SPUBLISH;
--   then of each user in turn: how many keys; how many messages; the channel; 1 if any of them expires; the mark of where they come from: ingested (the ingest stream), ingested:<partition>
--   or board:<name>; up to where that is taken now, or ''; and for each message four: which of the user's keys remembers its idempotency id,
--   or 0; id of its entry where it comes from, or ''; expiry in ms, or 0, or '+' and how many ms from now; frame
-- Returns for each user a list: for each message its position; '=' before it if it had been kept already; '-' if it has expired. Then, if
-- an announcement was refused, '!' and why. If nothing was kept since Redis refused it: '?' and why, alone.
--
-- Nothing here fails halfway. What may be refused comes first: reading fails on keys of another type, and the first XADD on a full
-- Redis or an inbox of another type; after it Redis refuses nothing of this user. Announcing comes last, as a refusal there must not
-- undo anything.
local most, remember, how, at = tonumber(ARGV[2]), ARGV[3], ARGV[4], string.format('%.0f', now)
-- why not each time: to drop the oldest message costs Redis more than to add one, and for some at once hardly more than for one
local trim_each = math.max(1, math.floor(most / 64))

local call, pcall_redis = redis.call, redis.pcall
local NONE = {}
local announced = {} -- why one for all users: each table costs about as much as a call
local unseen, is_new -- whether XADD is to tell that there is no stream; whether the inbox has no expiry yet

local function add(expires, frame)
  is_new = is_new or offset == 0
  -- why not <epoch>-*: Redis would begin with 0, which means none here
  local place = start .. (offset + 1)
  if expires then
    return pcall_redis('XADD', inbox, 'MAXLEN', most, place, 'frame', frame, 'at', at, 'expires', expires)
  elseif not unseen then
    return pcall_redis('XADD', inbox, 'MAXLEN', most, place, 'frame', frame, 'at', at)
  elseif (count + 1) % trim_each > 0 then
    return pcall_redis('XADD', inbox, 'NOMKSTREAM', place, 'frame', frame, 'at', at)
  end
  return pcall_redis('XADD', inbox, 'NOMKSTREAM', 'MAXLEN', most, place, 'frame', frame, 'at', at)
end

-- One user's. key and argument: where in KEYS and ARGV theirs begin.
local function keep(key, keys, argument, messages)
  local channel, source, up_to = ARGV[argument + 2], ARGV[argument + 4], ARGV[argument + 5]
  local expiries = ARGV[argument + 3] == '1' and KEYS[key + keys - 1]
  open(KEYS[key], KEYS[key + 1], source)
  -- why XADD tells whether the stream is there: each call from here costs Redis about as much as what it does
  unseen, is_new = not expiries, false
  find_end(unseen)

  local size = expiries and call('ZCARD', expiries) -- a key of another type fails here
  local last_id = key + keys - (expiries and 2 or 1)
  local places = last_id > key + 1 and remembered(key + 2, last_id) or NONE

  local taken = known[6] or nil
  local newest, result, added, last, expiring = taken, {}, 0, nil, nil
  for i = argument + 6, argument + 5 + 4 * messages, 4 do
    local id_key, entry, expires, frame = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
    expires = expires ~= '0' and expiry(expires, now)
    -- one node at a time reads the stream, in its order, and every node a board in its: what is not after the newest entry taken has
    -- been taken
    local is_taken = entry ~= '' and newest and not is_after(entry, newest)
    if entry ~= '' and not is_taken then
      newest = entry
    end
    id_key = id_key ~= '0' and key + id_key - 1
    local place = not_kept(is_taken, id_key and places[id_key], expires, now)
    if not place then
      place = add(expires, frame)
      if not place then -- there is no stream
        unseen, is_new = false, true
        if not may_be_gone() then
          begin_epoch(known[3])
        end
        place = add(expires, frame)
      end
      if place.err and string.find(place.err, 'equal or smaller', 1, true) then
        catch_up()
        place = add(expires, frame)
      end
      if place.err then
        return { '?' .. place.err }
      end
      last, added = place, added + 1
      offset, count = offset + 1, count + 1
      if id_key then
        places[id_key] = place
        call('SET', KEYS[id_key], place, 'PX', remember)
      end
      if expires then
        expiring = expiring or {}
        expiring[#expiring + 1] = expires
        expiring[#expiring + 1] = count
      end
      announced[added] = 'm' .. place .. ' ' .. frame
    end
    result[#result + 1] = place
  end

  if up_to ~= '' and (not newest or is_after(up_to, newest)) then
    newest = up_to
  end
  if last then
    local till = tonumber(known[4] or 0)
    if is_new or till < now + retention or till > now + lifetime then
      is_new, till = true, now + lifetime
      local till_text = string.format('%.0f', till)
      call('PEXPIREAT', inbox, till_text)
      call('HSET', marks, 'last', last, 'until', till_text)
      if newest ~= taken then
        call('HSET', marks, source, newest)
      end
    elseif newest ~= taken then
      call('HSET', marks, 'last', last, source, newest)
    else
      call('HSET', marks, 'last', last)
    end
    kept = nil -- another number now
    drop_old()
    if expiring then
      size = size + call('ZADD', expiries, unpack(expiring))
      call('PEXPIREAT', expiries, string.format('%.0f', till))
      -- why some at a time: what the inbox has trimmed is to leave here too, but lies in another order
      if size > holds() then
        local rank = count * 8 % size
        for _, n in ipairs(call('ZRANGE', expiries, rank, rank + 4 * #expiring)) do
          if tonumber(n) <= count - holds() then
            call('ZREM', expiries, n)
          end
        end
      end
    end
  elseif newest ~= taken then
    call('HSET', marks, source, newest)
  end
  if is_new or not last then
    call('PEXPIRE', marks, lifetime)
  end
  announce(how, channel, announced, added, result)
  return result
end

local results, key, argument = {}, 1, 5
while argument <= #ARGV do
  local keys, messages = tonumber(ARGV[argument]), tonumber(ARGV[argument + 1])
  local kept_all, result = pcall(keep, key, keys, argument, messages)
  results[#results + 1] = kept_all and result or { '?' .. (type(result) == 'table' and result.err or tostring(result)) }
  key, argument = key + keys, argument + 6 + 4 * messages
end
return results
