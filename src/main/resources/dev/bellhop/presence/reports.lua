-- KEYS[1] a hash of nodes, each with the time (ms, Redis's) until which its report counts, a space, and the report.
local reports = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The reports that count: name, report, name, report ... Those that no longer do are removed.
local function living()
  local all, found = redis.call('HGETALL', reports), {}
  for i = 1, #all, 2 do
    local till, report = string.match(all[i + 1], '^(%d+) (.*)$')
    if till and tonumber(till) > now then
      found[#found + 1] = all[i]
      found[#found + 1] = report
    else
      redis.call('HDEL', reports, all[i])
    end
  end
  return found
end
