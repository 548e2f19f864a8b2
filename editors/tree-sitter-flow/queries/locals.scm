; What `as cart` binds is known in the flow or message around it.
[
  (flow)
  (message)
] @local.scope

(_ binding: (word) @local.definition)
(path . (word) @local.reference)
(arg name: (word) @local.reference !value)
