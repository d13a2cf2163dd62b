-- A login has ended: remembers it, for a page that is just opening or comes with an old cookie, and announces it.
-- KEYS[1] that login; ARGV[1] how long it is remembered, in ms; [2] where to announce; [3] the login id
redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
return tell(ARGV[2], 'l' .. ARGV[3])
