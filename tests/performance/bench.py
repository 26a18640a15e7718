"""What a cold start and one more invocation cost, as ratios to a bare floor measured in the same run.

Cost is CPU, user and system, never elapsed time; and a ratio, because machines differ. Each round measures the
floor first and then every function, each in a fresh process of the interpreter that the environment is built on,
with the built assets on its path and nothing else, as on Lambda. The table shows the medians of the rounds.
"""
