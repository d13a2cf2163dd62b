-- Announcing on a channel. where: PUBLISH, or on a cluster SPUBLISH, which costs the channel's own shard alone; a space; the channel.

-- The command and the channel.
local function parted(where)
  return string.match(where, '^(%u+) (.*)$')
end

-- Returns how many nodes heard it, or a table with err: a refusal must not undo what the script has done.
local function tell(where, text)
  local how, channel = parted(where)
  return redis.pcall(how, channel, text)
end
