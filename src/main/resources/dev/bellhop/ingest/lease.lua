-- Who holds a lease, and how far they have come with the stream: both nil, or only that if the holder is of an older version.
local function held(lease)
  local value = redis.call('GET', lease)
  if value then
    local cursor, holder = string.match(value, '^(%d+%-%d+) (.*)$')
    return holder or value, cursor
  end
end
