-- Takes from token buckets. KEYS: the buckets; ARGV[1], JSON, for each: what it holds, what it gets a second, what is asked.
-- Answers, for each: what is left, and how many milliseconds until it would have been enough; 0 where it was.
-- A bucket is kept as the instant at which it is full again, and forgotten then. None is emptier than empty: whoever
-- gets a higher rate fills it by that from now on.
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local answers, all = {}, cjson.decode(ARGV[1])
for i, bucket in ipairs(KEYS) do
  local holds, per_ms, asked = all[i][1], all[i][2] / 1000, all[i][3]
  local full_at, empty = math.max(now, tonumber(redis.call('GET', bucket) or now)), now + holds / per_ms
  if full_at > empty then
    full_at = empty
    redis.call('SET', bucket, string.format('%.3f', full_at), 'PX', math.ceil(full_at - now) + 1)
  end
  local left = holds - (full_at - now) * per_ms
  local wait = 0
  if asked <= left then
    left = left - asked
    full_at = full_at + asked / per_ms
    redis.call('SET', bucket, string.format('%.3f', full_at), 'PX', math.ceil(full_at - now) + 1)
  else
    wait = math.max(1, math.ceil((asked - left) / per_ms))
  end
  answers[2 * i - 1], answers[2 * i] = math.floor(left), wait
end
return answers
