"""What would be lost if the program ended this moment, kept on disk and found again.

Each window, and each training in a terminal, has a folder of its own (:mod:`folder`), locked for
as long as its process lives (:mod:`lock`). A folder without a lock was left behind by one that
crashed, was killed, or lost its power.

| module               | what it is for                                                            |
|----------------------|---------------------------------------------------------------------------|
| :mod:`lock`          | a lock that the system lets go of when a process ends, however it ends    |
| :mod:`folder`        | one folder: writing, reading, finding those that were left behind         |
| :mod:`keeper`        | writes to a folder on a thread of its own                                 |
| :mod:`checkpoints`   | says when a run is to be kept, and copies it                              |
| :mod:`telling`       | what is said of a folder that was left behind                             |
"""
