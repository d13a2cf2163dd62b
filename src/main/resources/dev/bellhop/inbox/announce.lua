-- Announces on a channel. where: PUBLISH, or on a cluster SPUBLISH, which costs the channel's own shard alone; a space; the channel.
-- Returns how many nodes heard it, or a table with err: a refusal must not undo what the script has done.
local function tell(where, text)
  local how, channel = string.match(where, '^(%u+) (.*)$')
  return redis.pcall(how, channel, text)
end
