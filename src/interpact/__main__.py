"""`python -m interpact` is `interpact`."""

from interpact.contract.cli import main

if __name__ == "__main__":
    main()
