"""What becomes of known misbehaviours that no quirk mends: `ORDINARY` and `DECLINED` a file."""
