from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CellType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CELL_TYPE_UNSPECIFIED: _ClassVar[CellType]
    CELL_TYPE_TEXT: _ClassVar[CellType]
    CELL_TYPE_INTEGER: _ClassVar[CellType]
    CELL_TYPE_BOOLEAN: _ClassVar[CellType]
    CELL_TYPE_INSTANT: _ClassVar[CellType]
    CELL_TYPE_DATE: _ClassVar[CellType]
    CELL_TYPE_JSON: _ClassVar[CellType]
CELL_TYPE_UNSPECIFIED: CellType
CELL_TYPE_TEXT: CellType
CELL_TYPE_INTEGER: CellType
CELL_TYPE_BOOLEAN: CellType
CELL_TYPE_INSTANT: CellType
CELL_TYPE_DATE: CellType
CELL_TYPE_JSON: CellType

class ExportedTable(_message.Message):
    __slots__ = ("name", "columns", "rows")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    name: str
    columns: _containers.RepeatedCompositeFieldContainer[ExportedColumn]
    rows: _containers.RepeatedCompositeFieldContainer[ExportedRow]
    def __init__(self, name: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[ExportedColumn, _Mapping]]] = ..., rows: _Optional[_Iterable[_Union[ExportedRow, _Mapping]]] = ...) -> None: ...

class ExportedColumn(_message.Message):
    __slots__ = ("name", "type")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: CellType
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[CellType, str]] = ...) -> None: ...

class ExportedRow(_message.Message):
    __slots__ = ("cells",)
    CELLS_FIELD_NUMBER: _ClassVar[int]
    cells: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, cells: _Optional[_Iterable[str]] = ...) -> None: ...
