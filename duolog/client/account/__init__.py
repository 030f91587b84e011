"""The account and the ways into it: registering, devices, the recovery sheet, rotations, forks."""
