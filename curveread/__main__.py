"""``python -m curveread``: the same as the ``curveread`` command."""

from curveread.cli import main

if __name__ == "__main__":
    main()
