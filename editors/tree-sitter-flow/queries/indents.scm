; Captures of Neovim's nvim-treesitter.
[
  (customer)
  (event)
  (message)
  (email)
  (lifecycle)
  (state)
  (policy)
  (webhook)
  (flow)
  (test)
  (change)
  (block)
  (split)
  (experiment)
  (wait_event)
  (wait_up_to)
  (given_customer)
  (given_event)
  (at_customer)
  (at_event)
  (paren)
  (list)
] @indent.begin

[
  "}"
  ")"
  "]"
] @indent.branch @indent.end
