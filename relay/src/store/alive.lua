-- A relay lives. KEYS[1]: all that do, a sorted set: member the relay, score when it was seen.
--
-- ARGV: [1] the relay, [2] for how many us one counts that is not seen.
-- Returns the time, how many relays there are, the place of this one among them, from 0, and whether it was not
-- known (1).

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local lives = tonumber(ARGV[2])
local is_new = redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - lives))
redis.call('PEXPIRE', KEYS[1], math.ceil(lives / 1000))
local place = 0
local relays = redis.call('ZRANGE', KEYS[1], 0, -1)
for _, relay in ipairs(relays) do
    if relay < ARGV[1] then
        place = place + 1
    end
end
return { now, #relays, place, is_new }
