"""Floor 0: what the domain says, in pure Python.

Every rule of the product that can be stated without a database, a request or a
clock stands here once: money, periods, text, who may do what, status, limits,
prices, health, passwords and addresses. Standard library only, no input or
output; the present moment is always an argument (`now`, aware UTC), amounts are
integer minor units with an ISO 4217 currency. Every other floor may import this
one, and this one imports none of them.
"""
