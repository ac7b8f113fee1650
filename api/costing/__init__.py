"""What a document may cost: measured once, in one pass, before anything else looks at it.

A fragment is visited once, however often it is spread. Nothing in here knows what the schema is about.
"""

from api.costing.bounds import Bounds, Exceeded
from api.costing.measure import Measured, measure
from api.costing.prices import Prices
from api.costing.reading import read_document
from api.costing.variables import check_variables

__all__ = ["Bounds", "Exceeded", "Measured", "Prices", "check_variables", "measure", "read_document"]
