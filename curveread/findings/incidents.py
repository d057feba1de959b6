"""What was printed beside a log, as a sentence."""

from __future__ import annotations

from curveread.findings.arguments import Name, count
from curveread.findings.text import Text, text
from curveread.run.incidents import Incident


def incident_text(incident: Incident) -> Text:
    """Return what happened and where it stands: ``the GPU ran out of memory (train.log, line 812)``."""
    what, source = Name(incident.text), Name(incident.source)
    if not incident.line:
        return text("{what} ({source})", what=what, source=source)
    return text("{what} ({source}, line {line})", what=what, source=source, line=count(incident.line))
