{{ name }}={{ value | sh }}
