"""The demo: an invented business, seeded, written as the files a real one has, and imported like them.

``business`` decides who the customers are, ``costs`` what they cost, ``stripe`` and
``tables`` what they pay and how they are known; all pure functions of (seed, today,
size). ``build`` writes the files and sends them through the importers.
"""
