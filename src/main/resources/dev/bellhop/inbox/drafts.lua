-- What keeping messages has in common, in an inbox and on a board; after positions.lua.

-- Where the messages were kept whose ids KEYS[first] to KEYS[last] remember, by their numbers among KEYS.
local function remembered(first, last)
  local places, id_keys = {}, {}
  for k = first, last do
    id_keys[#id_keys + 1] = KEYS[k]
  end
  if #id_keys > 0 then
    for k, place in ipairs(redis.call('MGET', unpack(id_keys))) do
      places[first + k - 1] = place
    end
  end
  return places
end

-- When a message expires (ms), or false: of '0', a time, or '+' and how many ms from now.
local function expiry(text, now)
  return text ~= '0' and (string.sub(text, 1, 1) == '+' and now + tonumber(text) or tonumber(text))
end

-- Why a message is not to be kept: '=' if its entry has been taken, '=' and its place if its id has been kept, '-' if it has expired; or nil.
local function not_kept(is_taken, place, expires, now)
  return is_taken and '=' or place and '=' .. place or expires and expires <= now and '-' or nil
end

-- Announces the first so many of these, by PUBLISH or SPUBLISH; if one is refused, adds '!' and why to the result.
local function announce(how, channel, announced, many, result)
  for i = 1, many do
    local heard = redis.pcall(how, channel, announced[i])
    if type(heard) == 'table' and heard.err then
      result[#result + 1] = '!' .. heard.err
      break
    end
  end
end
