/** A small API with two scopes of its own, in OpenAPI 3.1. */
export const PETS = `openapi: 3.1.0
info: { title: Pets, version: 1.0.0 }
servers:
  - url: https://pets.example.com
paths:
  /pets/{id}:
    get:
      operationId: get_pet
      summary: Get a pet
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
      responses:
        '200': { description: The pet, content: { application/json: { schema: { type: object } } } }
  /pets:
    post:
      operationId: create_pet
      summary: Create a pet
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, required: [name], properties: { name: { type: string } } }
      responses:
        '201': { description: The new pet }
`;
