"""Which school is meant where a source does not write the six digits of its login (rules R17, R18).

`codes`      codes of the РЦОИ and ИНН: which school a code means in a year
`names`      names of schools in the form in which they are compared; what is no name of a school
`matching`   schools that a name without a code may mean: proposals for a person, never an answer
`decisions`  what a person has decided about such names, and which of the decisions hold
"""
