"""Watch a training run: what :func:`weightinit.diagnose` measures, every few steps."""

from weightinit.monitoring.monitor import Monitor
from weightinit.monitoring.records import LayerRecord

__all__ = ["LayerRecord", "Monitor"]
