; Editors disagree whether the first or the last of several matching patterns counts, so no node is
; matched by two of these. tests/editors holds them to that, and to the words of the language.

(comment) @comment

; ---- data

[
  (number)
  (percent)
  (time)
  (date)
] @number

(string) @string
(escape) @string.escape
(placeholder) @string.special
(label) @label

(unit
  [
    "second" "seconds" "minute" "minutes" "hour" "hours" "day" "days" "week" "weeks" "month"
    "months" "year" "years"
  ] @number)

(value ["yes" "no" "today" "now"] @constant.builtin)

; customer.country: whose it is, then what of it.
(path . (word) @variable)
(path "." (word) @property)
(last_field field: (word) @property)
(aggregate field: (word) @property)
(field name: (word) @property)
(prop name: (word) @property)
; What is bound to a word: `as cart`, `with cart`; but `with code = "A"` names a slot.
(_ binding: (word) @variable)
(arg name: (word) @variable !value)
(arg name: (word) @property value: (_))

; ---- the names people give

[
  (name)
  (quoted_name)
] @type

; ---- words of the language

(type
  ["text" "number" "money" "date" "time" "timezone" "yes-no" "list" "of" "one"] @type.builtin)

["key" "optional" "personal" "predicted" "default" "final"] @attribute

["if" "otherwise"] @keyword.conditional
"repeat" @keyword.repeat
"stop" @keyword.return

["and" "or" "not" "is" "contains" "does" "contain"] @keyword.operator

[
  "a" "add" "advance" "after" "ago" "any" "as" "at" "average" "bandit" "because" "been" "before"
  "best" "between" "body" "bounced" "by" "call" "can" "cap" "caps" "catalog" "change" "choose"
  "clear" "clicked" "clock" "consent" "count" "customer" "customers" "delivered" "different"
  "email" "emails" "ended" "ends" "engagement" "enters" "entry" "event" "every" "exactly"
  "expect" "experiment" "fewer" "file" "first" "flow" "followed" "for" "from" "get" "given"
  "goal" "half-life" "has" "high" "highest" "hold" "holdout" "ignore" "ignored" "in" "intent"
  "known" "last" "least" "leaves" "less" "lifecycle" "low" "lowest" "measure" "message"
  "messages" "missing" "more" "most" "move" "moves" "named" "never" "next" "none" "normal"
  "nothing" "on" "only" "opened" "per" "policy" "post" "preview" "priority" "quiet" "re-entry"
  "reached" "record" "remove" "restart" "retry" "run" "running" "secret" "segment" "send" "sent"
  "set" "since" "skip" "skips" "sms" "split" "stale" "start" "starts" "state" "stays" "stops"
  "subject" "test" "than" "the" "then" "timeout" "times" "to" "topic" "total" "transactional"
  "unknown" "until" "up" "uses" "variant" "wait" "was" "webhook" "weekday" "weekend" "were"
  "when" "where" "while" "winner" "with" "within" "zone"
] @keyword

; Words with a second meaning above; here they are words like all others.
(quantity "no" @keyword)
(expect_no "no" @keyword)
(today_is "today" @keyword)
(now_between "now" @keyword)
(aggregate ["number" "of" "days"] @keyword)
(messages "of" @keyword)
(policy_holdout "of" @keyword)
(one_of ["one" "of"] @keyword)
(one_run "one" @keyword)
(time_zone "time" @keyword)
(re_entry "time" @keyword)
(until_best "time" @keyword)
(best_time "time" @keyword)
(quiet_hours "hours" @keyword)
(skips "hours" @keyword)
(start_every "day" @keyword)
(start_date "year" @keyword)

; ---- signs

[">" ">=" "<" "<=" "="] @operator
["," "."] @punctuation.delimiter
["{" "}" "(" ")" "[" "]"] @punctuation.bracket
