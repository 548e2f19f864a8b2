; The outline of a file, as GitHub and ctags-like tools read it.
(flow name: (_) @name) @definition.function
(test title: (_) @name) @definition.function
(message name: (_) @name) @definition.constant
(event name: (_) @name) @definition.class
(segment name: (_) @name) @definition.class
(lifecycle name: (_) @name) @definition.class
(state name: (_) @name) @definition.constant
(policy name: (_) @name) @definition.module
(webhook name: (_) @name) @definition.function
(recipient message: (_) @name) @reference.call
(start_flow flow: (_) @name) @reference.call
